// Activation layer forward: y = phi(x), one element a thread.
//
// shapes      input as in lib/input.wgsl | output [E, B, STEPS, FEATURES]
// dispatch    (ceil(B * STEPS * FEATURES / 64) folded into x and y, E), workgroup 64
override ACTIVATION: u32;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.y * groups.x * 64u + id.x;
  let n = element / FEATURES;
  if n >= step.count * STEPS { return; }
  let x = input[input_row(id.z, n / STEPS, n % STEPS) + element % FEATURES];
  output[id.z * BATCH * STEPS * FEATURES + element] = activate(ACTIVATION, vec4f(x)).x;
}
