// LSTM forward, persistent: the whole recurrence over STEPS in one dispatch.
//
//   z_t = x_t . W + b + h_{t-1} . U      one fused product [x_t, 1, h_{t-1}] . [W; b; U], columns i | f | c | o
//   gates = (sigma_r(z_i), sigma_r(z_f), phi(z_c), sigma_r(z_o));  c_t = f * c_{t-1} + i * candidate;  h_t = o * phi(c_t)
//
// Rows of a batch are independent, so a workgroup owns ROWS of them and loops over time, two barriers a step. A thread
// owns four units of all its rows: each weight it loads serves ROWS rows. Where a load costs as much as many
// multiplications (a software adapter), many rows pay; where workgroup memory is fast, few rows keep more threads busy.
//
// Of windows with one place changed (CHANGES), what comes before the place is not computed again: a step with the windows
// as they are leaves c and the operand of every time step, each row those of its own window; then come steps with changes,
// all at one time step, whose rows begin with what any window left. Of these, `windows` holds (window * FEATURES + feature,
// bits of the new value), and the operand has a slot of its own, after those of the windows.
//
// shapes      windows [E, windows] (start row, target row) | input series [N, D] or [E, B, T, D] | operand: lib/operand.wgsl
//             parameters per member: rows of [W; b; U], a matrix for four units (columns = units, components = gates)
//             hidden [E, B, T or 1, UNIT_FOURS] vec4 | cell [E, B, T, UNIT_FOURS] vec4 | gates [E, B, T, UNIT_FOURS] matrices
// dispatch    (ceil(B / ROWS), 1, E), workgroup UNIT_FOURS
// Sum order   fours of k from the first to the last, k ascending inside: fixed by D and H alone.
override ROWS: u32;              // rows of a workgroup: 4, 8, 16 or 32
override THREADS: u32;           // UNIT_FOURS
override TILE_IN_STORAGE: bool;  // read [x_t, 1, h_{t-1}] from `operand`, else from workgroup memory
override TILE_SIZE: u32;         // matrices of workgroup memory; some drivers clear them one by one
override PARAMETER_STRIDE: u32;  // matrices per member
override PARAMETER_OFFSET: u32;  // matrices before this layer's
override KEEP_SEQUENCE: bool;    // write h of every step to `hidden`, not only the last
override KEEP_STEPS: bool;       // keep gates and c of every step, and with SLOTS the operand: for backward and for traces
override CHANGES: bool;          // begin at step.changedStep, with h and c that a window as it is left; gates are not kept

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(4) var<storage, read_write> hidden: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> cell: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> gates: array<mat4x4f>;
@group(0) @binding(7) var<storage, read_write> operand: array<mat4x4f>;

const MOST_ROWS = 32u;

var<workgroup> tile: array<mat4x4f, TILE_SIZE>;

@compute @workgroup_size(THREADS)
fn main(me: Thread, @builtin(workgroup_id) group: vec3u) {
  let four = me.index;
  let lane = lane_of(me);
  let member = group.z;
  let row0 = group.x * ROWS;
  if row0 >= step.count { return; }
  let fours = operand_fours();
  let stride = SLOTS * fours;  // matrices between groups of four rows
  let first = (member * GROUPS + row0 / 4u) * stride;
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET;

  var c: array<vec4f, MOST_ROWS>;
  var z: array<array<mat4x4f, 4>, MOST_ROWS / 4u>;
  let is_changed = CHANGES && step.changedStep < STEPS;
  let begin = select(0u, step.changedStep, is_changed);
  for (var r = 0u; r < ROWS; r++) {
    var h = vec4f(0.0);
    if is_changed {
      let window = window_of(member, row0 + r).x / FEATURES;
      h = kept(member, window, begin, INPUT_FOURS + four);
      if begin > 0u { c[r] = cell[((member * BATCH + window) * STEPS + begin - 1u) * UNIT_FOURS + four]; }
      if KEEP_SEQUENCE && row0 + r < step.count {
        let before = (member * BATCH + row0 + r) * STEPS * UNIT_FOURS + four;
        for (var t = 0u; t < begin; t++) {
          hidden[before + t * UNIT_FOURS] = kept(member, window, t + 1u, INPUT_FOURS + four);
        }
      }
    }
    put(first + slot_of(begin, is_changed) * fours, stride, r, INPUT_FOURS + four, h);
  }
  for (var t = begin; t < STEPS; t++) {
    let slot = first + slot_of(t, is_changed) * fours;
    for (var i = four; i < ROWS * INPUT_FOURS; i += THREADS) {
      let r = i / INPUT_FOURS;
      let k = i % INPUT_FOURS;
      var x: vec4f;
      if is_changed {
        let place = window_of(member, row0 + r);
        let is_place = (4u * k + vec4u(0u, 1u, 2u, 3u) == vec4u(place.x % FEATURES)) & vec4<bool>(t == begin);
        x = select(kept(member, place.x / FEATURES, t, k), vec4f(bitcast<f32>(place.y)), is_place);
      } else {
        x = input_four(input_row(member, row0 + r, t), 4u * k);
      }
      put(slot, stride, r, k, x);
    }
    barrier();

    // z of four rows each
    var a0 = FourUnits();
    var a1 = FourUnits();
    var a2 = FourUnits();
    var a3 = FourUnits();
    var a4 = FourUnits();
    var a5 = FourUnits();
    var a6 = FourUnits();
    var a7 = FourUnits();
    // h before the first step is 0 and adds nothing.
    for (var k = 0u; k < select(fours, INPUT_FOURS, t == 0u); k++) {
      let w = load_weights(weights + 4u * k * UNIT_FOURS + four, UNIT_FOURS);
      a0 = add_product(a0, w, four_rows(lane, slot, stride, 0u, k));
      if ROWS > 4u { a1 = add_product(a1, w, four_rows(lane, slot, stride, 1u, k)); }
      if ROWS > 8u {
        a2 = add_product(a2, w, four_rows(lane, slot, stride, 2u, k));
        a3 = add_product(a3, w, four_rows(lane, slot, stride, 3u, k));
      }
      if ROWS > 16u {
        a4 = add_product(a4, w, four_rows(lane, slot, stride, 4u, k));
        a5 = add_product(a5, w, four_rows(lane, slot, stride, 5u, k));
        a6 = add_product(a6, w, four_rows(lane, slot, stride, 6u, k));
        a7 = add_product(a7, w, four_rows(lane, slot, stride, 7u, k));
      }
    }
    barrier();

    z[0] = rows_of(a0);
    if ROWS > 4u { z[1] = rows_of(a1); }
    if ROWS > 8u {
      z[2] = rows_of(a2);
      z[3] = rows_of(a3);
    }
    if ROWS > 16u {
      z[4] = rows_of(a4);
      z[5] = rows_of(a5);
      z[6] = rows_of(a6);
      z[7] = rows_of(a7);
    }
    for (var r = 0u; r < ROWS; r++) {
      let state = cell_forward(transpose(z[group_of(r)][column_of(r)]), c[r]);
      c[r] = state.c;
      let h = zero_past_units(state.h, four);
      if t + 1u < STEPS { put(first + slot_of(t + 1u, is_changed) * fours, stride, r, INPUT_FOURS + four, h); }
      if row0 + r < step.count {
        let sample = member * BATCH + row0 + r;
        let at = (sample * STEPS + t) * UNIT_FOURS + four;
        if KEEP_STEPS && !CHANGES { gates[at] = transpose(state.gates); }
        if KEEP_STEPS && !is_changed { cell[at] = state.c; }
        if KEEP_SEQUENCE {
          hidden[at] = h;
        } else if t == STEPS - 1u {
          hidden[sample * UNIT_FOURS + four] = h;
        }
      }
    }
  }
}

// Where time step t lies in the operand of a group: changed rows have one slot, after those that windows left.
fn slot_of(t: u32, is_changed: bool) -> u32 {
  return select(t % SLOTS, STEPS, is_changed);
}

// Four k of the operand that a window as it is left at time step t.
fn kept(member: u32, window: u32, t: u32, k: u32) -> vec4f {
  return operand[((member * GROUPS + group_of(window)) * SLOTS + t) * operand_fours() + k][column_of(window)];
}

// Four k of one row of the workgroup.
fn put(slot: u32, stride: u32, r: u32, k: u32, value: vec4f) {
  let n = group_of(r);
  let column = column_of(r);
  if KEEP_STEPS || TILE_IN_STORAGE { operand[slot + n * stride + k][column] = value; }
  if !TILE_IN_STORAGE { tile[n * operand_fours() + k][column] = value; }
}

// The four rows that a row is of, and which of them it is. By bits: a software adapter divides one lane after the other.
fn group_of(row: u32) -> u32 {
  return row >> 2u;
}

fn column_of(row: u32) -> u32 {
  return row & 3u;
}

// Four k of the n-th four rows.
fn four_rows(lane: u32, slot: u32, stride: u32, n: u32, k: u32) -> mat4x4f {
  if TILE_IN_STORAGE {
    let at = slot + n * stride + k;
    if SHARES { return share(operand[at][lane]); }
    return operand[at];
  }
  return tile[n * operand_fours() + k];
}

fn barrier() {
  if TILE_IN_STORAGE { storageBarrier(); } else { workgroupBarrier(); }
}
