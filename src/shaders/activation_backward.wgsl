// Activation layer backward: dx = dy * phi'(x), the slope taken from the kept output y.
//
// shapes      output, output_gradient, input_gradient [E, B, STEPS, FEATURES]
// dispatch    as activation_forward
override BATCH: u32;
override STEPS: u32;
override FEATURES: u32;
override ACTIVATION: u32;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> output: array<f32>;
@group(0) @binding(2) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.y * groups.x * 64u + id.x;
  if element >= step.count * STEPS * FEATURES { return; }
  let at = id.z * BATCH * STEPS * FEATURES + element;
  input_gradient[at] = output_gradient[at] * activation_slope(ACTIVATION, vec4f(output[at])).x;
}
