// LSTM forward, persistent: the whole recurrence over STEPS in one dispatch.
//
//   z_t = x_t . W + b + h_{t-1} . U      one fused product [x_t, 1, h_{t-1}] . [W; b; U], columns i | f | c | o
//   gates = (sigma_r(z_i), sigma_r(z_f), phi(z_c), sigma_r(z_o));  c_t = f * c_{t-1} + i * candidate;  h_t = o * phi(c_t)
//
// Rows of a batch are independent, so a workgroup owns ROWS of them and loops over time, two barriers a step. A thread
// owns four units of all its rows: each weight it loads serves ROWS rows. Where a load costs as much as many
// multiplications (a software adapter), many rows pay; where workgroup memory is fast, few rows keep more threads busy.
//
// shapes      windows [E, windows] (start row, target row) | input series [N, D] or [E, B, T, D] | operand: lib/operand.wgsl
//             parameters per member: rows of [W; b; U], a matrix for four units (columns = units, components = gates)
//             hidden [E, B, T or 1, UNIT_FOURS] vec4 | cell [E, B, T, UNIT_FOURS] vec4 | gates [E, B, T, UNIT_FOURS] matrices
// dispatch    (ceil(B / ROWS), 1, E), workgroup UNIT_FOURS
// Sum order   fours of k from the first to the last, k ascending inside: fixed by D and H alone.
override ROWS: u32;              // rows of a workgroup: 4, 8 or 16
override TILE_IN_STORAGE: bool;  // read [x_t, 1, h_{t-1}] from `operand`, else from workgroup memory
override TILE_SIZE: u32;         // matrices of workgroup memory; some drivers clear them one by one
override PARAMETER_STRIDE: u32;  // matrices per member
override PARAMETER_OFFSET: u32;  // matrices before this layer's
override KEEP_SEQUENCE: bool;    // write h of every step to `hidden`, not only the last
override KEEP_STEPS: bool;       // keep gates and c of every step, and with SLOTS the operand: for backward and for traces

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(4) var<storage, read_write> hidden: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> cell: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> gates: array<mat4x4f>;
@group(0) @binding(7) var<storage, read_write> operand: array<mat4x4f>;

const MOST_ROWS = 16u;

var<workgroup> tile: array<mat4x4f, TILE_SIZE>;

@compute @workgroup_size(UNIT_FOURS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let member = group.z;
  let row0 = group.x * ROWS;
  if row0 >= step.count { return; }
  let fours = operand_fours();
  let stride = SLOTS * fours;  // matrices between groups of four rows
  let first = (member * GROUPS + row0 / 4u) * stride;
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET + thread;

  for (var r = 0u; r < ROWS; r++) { put(first, stride, r, INPUT_FOURS + thread, vec4f(0.0)); }
  var c: array<vec4f, MOST_ROWS>;
  for (var t = 0u; t < STEPS; t++) {
    let slot = first + t % SLOTS * fours;
    for (var i = thread; i < ROWS * INPUT_FOURS; i += UNIT_FOURS) {
      let r = i / INPUT_FOURS;
      let k = i % INPUT_FOURS;
      put(slot, stride, r, k, input_four(input_row(member, row0 + r, t), 4u * k));
    }
    barrier();

    // z of four rows each
    var a = FourUnits();
    var b = FourUnits();
    var d = FourUnits();
    var e = FourUnits();
    for (var k = 0u; k < fours; k++) {
      let w = load_weights(weights + 4u * k * UNIT_FOURS, UNIT_FOURS);
      a = add_product(a, w, four_rows(slot, stride, 0u, k));
      if ROWS > 4u { b = add_product(b, w, four_rows(slot, stride, 1u, k)); }
      if ROWS > 8u {
        d = add_product(d, w, four_rows(slot, stride, 2u, k));
        e = add_product(e, w, four_rows(slot, stride, 3u, k));
      }
    }
    barrier();

    let z = array<mat4x4f, MOST_ROWS>(
      row_of(a, 0u), row_of(a, 1u), row_of(a, 2u), row_of(a, 3u), row_of(b, 0u), row_of(b, 1u), row_of(b, 2u), row_of(b, 3u),
      row_of(d, 0u), row_of(d, 1u), row_of(d, 2u), row_of(d, 3u), row_of(e, 0u), row_of(e, 1u), row_of(e, 2u), row_of(e, 3u),
    );
    for (var r = 0u; r < ROWS; r++) {
      let state = cell_forward(transpose(z[r]), c[r]);
      c[r] = state.c;
      let h = zero_past_units(state.h, thread);
      if t + 1u < STEPS { put(first + (t + 1u) % SLOTS * fours, stride, r, INPUT_FOURS + thread, h); }
      if row0 + r < step.count {
        let sample = member * BATCH + row0 + r;
        let at = (sample * STEPS + t) * UNIT_FOURS + thread;
        if KEEP_STEPS {
          gates[at] = transpose(state.gates);
          cell[at] = state.c;
        }
        if KEEP_SEQUENCE {
          hidden[at] = h;
        } else if t == STEPS - 1u {
          hidden[sample * UNIT_FOURS + thread] = h;
        }
      }
    }
  }
}

// Four k of one row of the workgroup.
fn put(slot: u32, stride: u32, r: u32, k: u32, value: vec4f) {
  let n = r / 4u;
  let column = r % 4u;
  if KEEP_STEPS || TILE_IN_STORAGE { operand[slot + n * stride + k][column] = value; }
  if !TILE_IN_STORAGE { tile[n * operand_fours() + k][column] = value; }
}

// Four k of the n-th four rows.
fn four_rows(slot: u32, stride: u32, n: u32, k: u32) -> mat4x4f {
  if TILE_IN_STORAGE { return operand[slot + n * stride + k]; }
  return tile[n * operand_fours() + k];
}

fn barrier() {
  if TILE_IN_STORAGE { storageBarrier(); } else { workgroupBarrier(); }
}
