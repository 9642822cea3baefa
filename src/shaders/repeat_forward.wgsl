// RepeatVector forward: y[b, t] = x[b] for t = 0..COUNT-1, one element a thread.
//
// shapes      input as in lib/input.wgsl with STEPS 1 | output [E, B, COUNT, FEATURES]
// dispatch    (ceil(B * COUNT * FEATURES / 64) folded into x and y, E), workgroup 64
override COUNT: u32;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.y * groups.x * 64u + id.x;
  let b = element / (COUNT * FEATURES);
  if b >= step.count { return; }
  output[id.z * BATCH * COUNT * FEATURES + element] = input[input_row(id.z, b, 0u) + element % FEATURES];
}
