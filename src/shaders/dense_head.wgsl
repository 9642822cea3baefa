// The end of a forecaster in one dispatch: the last Dense layer (linear) forward, the loss, and the Dense backward.
//
//   y = x . W + b;   loss and dy: lib/loss.wgsl;   dx = dy . W^T;   dW = x^T . dy, db = sum of dy
//
// One workgroup per member does it all: for the few columns of a forecast it is over before more dispatches had begun.
// Sums run over k, columns and rows in ascending order.
//
// shapes      windows [E, windows] | targets [rows, COLUMNS] | input as in lib/input.wgsl, one step a window
//             parameters per member: kernel [FEATURES, COLUMNS], then bias | metrics [E]
//             prediction [2, E, B, COLUMNS]: y, then dy | input_gradient [E, B, FEATURES]
//             gradient_parts [splits, E, PARAMETER_STRIDE]: part 0 is written, the others stay zero
// dispatch    (1, 1, E), workgroup THREADS
override THREADS: u32;           // 64 or more
override MEMBERS: u32;
override PARAMETER_STRIDE: u32;  // floats per member
override PARAMETER_OFFSET: u32;  // floats before this layer's kernel
override HAS_BIAS: bool;
override HAS_INPUT_GRADIENT: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> input: array<f32>;
@group(0) @binding(4) var<storage, read> parameters: array<f32>;
@group(0) @binding(5) var<storage, read_write> prediction: array<f32>;
@group(0) @binding(6) var<storage, read_write> input_gradient: array<f32>;
@group(0) @binding(7) var<storage, read_write> gradient_parts: array<f32>;
@group(0) @binding(8) var<storage, read_write> metrics: array<Metrics>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let member = group.z;
  let kernel = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  let rows = member * BATCH;
  for (var n = thread; n < step.count * COLUMNS; n += THREADS) {
    let column = n % COLUMNS;
    let x = input_row(member, n / COLUMNS, 0u);
    var y = 0.0;
    for (var k = 0u; k < FEATURES; k++) { y += input[x + k] * parameters[kernel + k * COLUMNS + column]; }
    prediction[rows * COLUMNS + n] = y + parameters[kernel + FEATURES * COLUMNS + column];
  }
  storageBarrier();
  add_loss(member, thread, COLUMNS, BATCH);
  storageBarrier();
  let dy = (MEMBERS * BATCH + rows) * COLUMNS;

  if HAS_INPUT_GRADIENT {
    for (var n = thread; n < step.count * FEATURES; n += THREADS) {
      let w = kernel + n % FEATURES * COLUMNS;
      let d = dy + n / FEATURES * COLUMNS;
      var dx = 0.0;
      for (var j = 0u; j < COLUMNS; j++) { dx += prediction[d + j] * parameters[w + j]; }
      input_gradient[rows * FEATURES + n] = dx;
    }
  }
  for (var n = thread; n < (FEATURES + 1u) * COLUMNS; n += THREADS) {
    let k = n / COLUMNS;
    let column = n % COLUMNS;
    var sum = 0.0;
    if k < FEATURES {
      for (var b = 0u; b < step.count; b++) { sum += input[input_row(member, b, 0u) + k] * prediction[dy + b * COLUMNS + column]; }
    } else if HAS_BIAS {
      for (var b = 0u; b < step.count; b++) { sum += prediction[dy + b * COLUMNS + column]; }
    }
    gradient_parts[kernel + n] = sum;
  }
}

fn predicted(at: u32) -> f32 {
  return prediction[at];
}

fn keep_gradient(at: u32, value: f32) {
  prediction[MEMBERS * BATCH * COLUMNS + at] = value;
}
