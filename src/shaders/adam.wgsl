// Adam over the flat parameters of all members, in Keras' form (keras-reference 4.2):
//
//   w -= decay * w;  m += (g - m)(1 - beta1);  v += (g^2 - v)(1 - beta2);  w -= alpha * m / (sqrt(v) + epsilon)
//
// decay = weight decay * learning rate, 0 of Adam, not of AdamW; amsgrad takes the root of the largest v so far.
// alpha = learning rate * sqrt(1 - beta2^t) / (1 - beta1^t) is computed on the CPU, in float32 as Keras does.
//
// shapes      gradient_parts [PARTS, E, PARAMETERS] | parameters and moments [E, PARAMETERS]
// dispatch    (up to 1024, 1, E), workgroup 64, each thread every (64 * groups)-th parameter
override ONE_MINUS_BETA1: f32;
override ONE_MINUS_BETA2: f32;
override EPSILON: f32;
override IS_AMSGRAD: bool;  // else `highest_second_moment` is not touched

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> gradient_parts: array<f32>;
@group(0) @binding(2) var<storage, read> norms: array<VariableNorm>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> first_moment: array<f32>;
@group(0) @binding(5) var<storage, read_write> second_moment: array<f32>;
@group(0) @binding(6) var<storage, read_write> highest_second_moment: array<f32>;
@group(0) @binding(7) var<storage, read_write> metrics: array<Metrics>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let member = id.z;
  for (var j = id.x; j < PARAMETERS; j += groups.x * 64u) {
    let at = member * PARAMETERS + j;
    let g = gradient_sum(member, j) * clip_factor(member, j);
    let m = first_moment[at] + (g - first_moment[at]) * ONE_MINUS_BETA1;
    let v = second_moment[at] + (g * g - second_moment[at]) * ONE_MINUS_BETA2;
    var spread = v;
    if IS_AMSGRAD {
      spread = max(highest_second_moment[at], v);
      highest_second_moment[at] = spread;
    }
    let decayed = parameters[at] - step.weightDecay * parameters[at];
    let w = decayed - step.learningRate * m / (sqrt(spread) + EPSILON);
    first_moment[at] = m;
    second_moment[at] = v;
    parameters[at] = w;
    if is_bad(g) || is_bad(v) || is_bad(w) { atomicAdd(&metrics[member].bad, 1u); }
  }
}
