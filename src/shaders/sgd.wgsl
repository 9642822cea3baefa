// SGD over the flat parameters of all members, in Keras' form (keras-reference 4.2):
//
//   w -= decay * w, decay = weight decay * rate
//   plain w -= rate * g;   momentum u = mu * u - rate * g, w += u;   Nesterov w += mu * u - rate * g
//
// shapes      gradient_parts [PARTS, E, PARAMETERS] | parameters, momentum [E, PARAMETERS]
// dispatch    (up to 1024, 1, E), workgroup 64, each thread every (64 * groups)-th parameter
override MOMENTUM: f32;
override IS_NESTEROV: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> gradient_parts: array<f32>;
@group(0) @binding(2) var<storage, read> norms: array<VariableNorm>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> momentum: array<f32>;
@group(0) @binding(5) var<storage, read_write> metrics: array<Metrics>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let member = id.z;
  for (var j = id.x; j < PARAMETERS; j += groups.x * 64u) {
    let at = member * PARAMETERS + j;
    let g = gradient_sum(member, j) * clip_factor(member, j);
    let move_by = step.learningRate * g;
    let decayed = parameters[at] - step.weightDecay * parameters[at];
    var w = decayed - move_by;
    if MOMENTUM != 0.0 {
      let u = MOMENTUM * momentum[at] - move_by;
      momentum[at] = u;
      w = decayed + select(u, MOMENTUM * u - move_by, IS_NESTEROV);
    }
    parameters[at] = w;
    if is_bad(g) || is_bad(w) { atomicAdd(&metrics[member].bad, 1u); }
  }
}
