// Gradient of a layer's input, dx = dz . W^T, for LSTM (COLUMNS = 4H, after lstm_backward) and Dense alike.
// Encoded only where a layer below or an attribution needs it.
//
// shapes      output_gradient dz [E, B, STEPS, COLUMNS] | parameters per member: kernel [FEATURES, COLUMNS] | input_gradient [E, B, STEPS, FEATURES]
// dispatch    (ceil(FEATURES / 4 / 8), ceil(B * STEPS / 4 / 8), E), workgroup 8 x 8; a thread owns 4 rows x 4 features
override BATCH: u32;
override STEPS: u32;
override FEATURES: u32;
override COLUMNS: u32;
override PARAMETER_STRIDE: u32;  // floats per member
override PARAMETER_OFFSET: u32;  // floats before this layer's kernel

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.y * 4u;
  let feature0 = id.x * 4u;
  let rows = step.count * STEPS;
  if feature0 >= FEATURES || row0 >= rows { return; }
  let dz = (member * BATCH * STEPS + min(vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u), vec4u(rows - 1u))) * COLUMNS;
  let kernel = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  let w = kernel + min(vec4u(feature0, feature0 + 1u, feature0 + 2u, feature0 + 3u), vec4u(FEATURES - 1u)) * COLUMNS;

  var x0 = vec4f(0.0);
  var x1 = vec4f(0.0);
  var x2 = vec4f(0.0);
  var x3 = vec4f(0.0);
  for (var m = 0u; m < COLUMNS; m++) {
    let weights = vec4f(parameters[w.x + m], parameters[w.y + m], parameters[w.z + m], parameters[w.w + m]);
    x0 += output_gradient[dz.x + m] * weights;
    x1 += output_gradient[dz.y + m] * weights;
    x2 += output_gradient[dz.z + m] * weights;
    x3 += output_gradient[dz.w + m] * weights;
  }
  write_row(member, row0, feature0, x0);
  write_row(member, row0 + 1u, feature0, x1);
  write_row(member, row0 + 2u, feature0, x2);
  write_row(member, row0 + 3u, feature0, x3);
}

fn write_row(member: u32, n: u32, feature: u32, x: vec4f) {
  if n >= step.count * STEPS { return; }
  let at = (member * BATCH * STEPS + n) * FEATURES + feature;
  for (var j = 0u; j < 4u; j++) {
    if feature + j < FEATURES { input_gradient[at + j] = x[j]; }
  }
}
