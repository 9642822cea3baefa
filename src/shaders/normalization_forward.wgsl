// BatchNormalization at inference and LayerNormalization, over the last axis: (x - mean) / sqrt(variance + EPSILON) * gamma + beta.
// Mean and variance are stored ones, a pair a feature, or with OVER_ROW those of the row itself (population). A row a thread.
//
// shapes      input as in lib/input.wgsl | parameters per member: gamma [FEATURES] (HAS_SCALE), beta [FEATURES] (HAS_CENTER),
//             then mean [FEATURES], variance [FEATURES] | output [E, B, STEPS, FEATURES]
// dispatch    (ceil(B * STEPS / 64) folded into x and y, E), workgroup 64
// Sum order   k = 0..FEATURES-1
override EPSILON: f32;
override OVER_ROW: bool;
override HAS_SCALE: bool;
override HAS_CENTER: bool;
override PARAMETER_STRIDE: u32;  // floats per member
override PARAMETER_OFFSET: u32;  // floats before this layer's gamma

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * 64u + id.x;
  if n >= step.count * STEPS { return; }
  let x = input_row(id.z, n / STEPS, n % STEPS);
  let at = (id.z * BATCH * STEPS + n) * FEATURES;
  let gamma = id.z * PARAMETER_STRIDE + PARAMETER_OFFSET;
  let beta = gamma + select(0u, FEATURES, HAS_SCALE);
  let stored = beta + select(0u, FEATURES, HAS_CENTER);

  var mean = 0.0;
  var variance = 0.0;
  if OVER_ROW {
    for (var k = 0u; k < FEATURES; k++) { mean += input[x + k]; }
    mean /= f32(FEATURES);
    for (var k = 0u; k < FEATURES; k++) {
      let difference = input[x + k] - mean;
      variance += difference * difference;
    }
    variance /= f32(FEATURES);
  }
  for (var k = 0u; k < FEATURES; k++) {
    if !OVER_ROW {
      mean = parameters[stored + k];
      variance = parameters[stored + FEATURES + k];
    }
    var y = (input[x + k] - mean) / sqrt(variance + EPSILON);
    if HAS_SCALE { y *= parameters[gamma + k]; }
    if HAS_CENTER { y += parameters[beta + k]; }
    output[at + k] = y;
  }
}
