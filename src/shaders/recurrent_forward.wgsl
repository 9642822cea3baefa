// LSTM, GRU or SimpleRNN at inference with every option of Keras, the whole recurrence in one dispatch. The plain LSTM
// runs on lstm_forward, which is faster; this one reads backwards, knows masks and carries states from batch to batch.
//
//   LSTM       i, f, o = sigma_r(z);  c = f c + i phi(z_c);  h = o phi(c)        z = x . W + h . U + b, columns i | f | c | o
//   GRU        z, r = sigma_r(...);  h = z h + (1 - z) candidate                                   columns z | r | h
//              candidate = phi(x . W + b0 + r (h . U + b1)) with RESET_AFTER, else phi(x . W + (r h) . U + b)
//   SimpleRNN  h = phi(x . W + h . U + b)
//
// A masked step keeps h and c; it emits the previous output again (zeros before the first step that counts), or zeros
// with ZERO_OUTPUT. A workgroup owns one row; its threads stride over the units; h and c live in workgroup memory.
//
// shapes      input as in lib/input.wgsl | mask [E, B, T], 0 for a step that does not count
//             parameters per member: kernel [D, GATES * H], recurrent_kernel [H, GATES * H], bias; the element of gate g
//             and unit u of a row lies at g * GATE_STRIDE + u * UNIT_STRIDE
//             output [E, B, T, H] in the order of processing (KEEP_SEQUENCE) or [E, B, H] | state [E, B, 2, H]: h, c
//             traces [E, B, T, TRACES, H] (KEEP_TRACES): i, f, candidate, o, c, h | z, r, candidate, h | h
// dispatch    (B, 1, E), workgroup THREADS
// Sum order   x by k, the bias, then h by k: fixed by D and H alone.
override CELL: u32;                  // 0 LSTM, 1 GRU, 2 SimpleRNN
override UNITS: u32;
override GATES: u32;
override THREADS: u32;
override ACTIVATION: u32;            // code of phi
override RECURRENT_ACTIVATION: u32;  // code of sigma_r
override PARAMETER_STRIDE: u32;      // floats per member
override PARAMETER_OFFSET: u32;      // floats before this layer's kernel
override GATE_STRIDE: u32;
override UNIT_STRIDE: u32;
override HAS_BIAS: bool;
override RESET_AFTER: bool;
override GO_BACKWARDS: bool;
override HAS_MASK: bool;
override ZERO_OUTPUT: bool;
override IS_STATEFUL: bool;          // begin with the states the batch before left; zeros in the first batch
override KEEP_SEQUENCE: bool;
override KEEP_TRACES: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> output: array<f32>;
@group(0) @binding(6) var<storage, read_write> state: array<f32>;
@group(0) @binding(7) var<storage, read_write> traces: array<f32>;

const LSTM = 0u;
const GRU = 1u;

// h of this and of the next step: two halves, so that a step may read while it writes
var<workgroup> h_tile: array<f32, 2u * UNITS>;
// LSTM: c. A GRU that resets before the product: r * h.
var<workgroup> c_tile: array<f32, UNITS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let row = group.x;
  if row >= step.count { return; }
  let member = group.z;
  let sample = member * BATCH + row;
  let resets_before = CELL == GRU && !RESET_AFTER;

  for (var u = thread; u < UNITS; u += THREADS) {
    let is_carried = IS_STATEFUL && step.batchesBefore > 0u;
    h_tile[u] = 0.0;
    c_tile[u] = 0.0;
    if is_carried {
      h_tile[u] = state[sample * 2u * UNITS + u];
      c_tile[u] = state[(sample * 2u + 1u) * UNITS + u];
    }
  }
  workgroupBarrier();

  var tile = 0u;
  var has_output = false;
  for (var s = 0u; s < STEPS; s++) {
    let t = select(s, STEPS - 1u - s, GO_BACKWARDS);
    var counts = true;
    if HAS_MASK { counts = mask[sample * STEPS + t] != 0u; }
    has_output = has_output || counts;
    let x = input_row(member, row, t);

    if resets_before {
      for (var u = thread; u < UNITS; u += THREADS) {
        let r = activate(RECURRENT_ACTIVATION, input_sums(member, x, u) + state_sums(member, tile, u, false)).y;
        c_tile[u] = r * h_tile[tile + u];
        keep_trace(sample, s, 1u, u, r);
      }
      workgroupBarrier();
    }
    for (var u = thread; u < UNITS; u += THREADS) {
      let before = h_tile[tile + u];
      let zh = state_sums(member, tile, u, resets_before);
      let after = advance(sample, s, u, counts, before, input_sums(member, x, u), zh);
      let h = select(before, after, counts);
      h_tile[UNITS - tile + u] = h;
      emit(sample, s, u, select(0.0, h, counts || (has_output && !ZERO_OUTPUT)));
      keep_trace(sample, s, trace_count() - 1u, u, h);
    }
    tile = UNITS - tile;
    workgroupBarrier();
  }

  if IS_STATEFUL {
    for (var u = thread; u < UNITS; u += THREADS) {
      state[sample * 2u * UNITS + u] = h_tile[tile + u];
      state[(sample * 2u + 1u) * UNITS + u] = c_tile[u];
    }
  }
}

// The unit's next h; an LSTM's c is moved on where the step counts.
fn advance(sample: u32, s: u32, u: u32, counts: bool, h: f32, zx: vec4f, zh: vec4f) -> f32 {
  let gates = activate(RECURRENT_ACTIVATION, zx + zh);
  if CELL == LSTM {
    let candidate = activate(ACTIVATION, zx + zh).z;
    let c = select(c_tile[u], gates.y * c_tile[u] + gates.x * candidate, counts);
    c_tile[u] = c;
    keep_trace(sample, s, 0u, u, gates.x);
    keep_trace(sample, s, 1u, u, gates.y);
    keep_trace(sample, s, 2u, u, candidate);
    keep_trace(sample, s, 3u, u, gates.w);
    keep_trace(sample, s, 4u, u, c);
    return gates.w * activate(ACTIVATION, vec4f(c)).x;
  }
  if CELL == GRU {
    let z = zx.z + select(zh.z, gates.y * zh.z, RESET_AFTER);
    let candidate = activate(ACTIVATION, vec4f(z)).x;
    keep_trace(sample, s, 0u, u, gates.x);
    if RESET_AFTER { keep_trace(sample, s, 1u, u, gates.y); }
    keep_trace(sample, s, 2u, u, candidate);
    return gates.x * h + (1.0 - gates.x) * candidate;
  }
  return activate(ACTIVATION, zx + zh).x;
}

// x . W + b of a unit's gates.
fn input_sums(member: u32, x: u32, u: u32) -> vec4f {
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  var z = vec4f(0.0);
  for (var k = 0u; k < FEATURES; k++) { z += input[x + k] * weight_row(weights, k, u); }
  if HAS_BIAS { z += weight_row(weights, FEATURES + UNITS, u); }
  return z;
}

// h . U of a unit's gates, with the second bias of a GRU; with is_reset (r h) . U for the candidate. c_tile is read then
// only: at other times threads may be writing it.
fn state_sums(member: u32, tile: u32, u: u32, is_reset: bool) -> vec4f {
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  var z = vec4f(0.0);
  for (var k = 0u; k < UNITS; k++) {
    let h = h_tile[tile + k];
    var third = h;
    if is_reset { third = c_tile[k]; }
    z += vec4f(h, h, third, h) * weight_row(weights, FEATURES + k, u);
  }
  if HAS_BIAS && RESET_AFTER { z += weight_row(weights, FEATURES + UNITS + 1u, u); }
  return z;
}

// The weights of a unit's gates in row k of [W; U; b]; a cell with fewer than four gates has its last one again.
fn weight_row(weights: u32, k: u32, u: u32) -> vec4f {
  let gate = min(vec4u(0u, 1u, 2u, 3u), vec4u(GATES - 1u));
  let at = gate * GATE_STRIDE + weights + k * GATES * UNITS + u * UNIT_STRIDE;
  return vec4f(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
}

fn emit(sample: u32, s: u32, u: u32, value: f32) {
  if KEEP_SEQUENCE {
    output[(sample * STEPS + s) * UNITS + u] = value;
  } else if s == STEPS - 1u {
    output[sample * UNITS + u] = value;
  }
}

fn trace_count() -> u32 {
  return select(select(1u, 4u, CELL == GRU), 6u, CELL == LSTM);
}

fn keep_trace(sample: u32, s: u32, trace: u32, u: u32, value: f32) {
  if KEEP_TRACES { traces[((sample * STEPS + s) * trace_count() + trace) * UNITS + u] = value; }
}
