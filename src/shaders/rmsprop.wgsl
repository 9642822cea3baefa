// RMSprop over the flat parameters of all members, in Keras 3's form, epsilon inside the root (keras-reference 4.2):
//
//   w -= decay * w, decay = weight decay * rate
//   v = rho * v + (1 - rho) g^2;   centered: a = rho * a + (1 - rho) g, d = v - a^2 + epsilon;   else d = v + epsilon
//   change = rate * g / sqrt(d);   momentum: u = mu * u + change, w -= u;   else w -= change
//
// shapes      gradient_parts [PARTS, E, PARAMETERS] | parameters, velocity, momentum, average_gradient [E, PARAMETERS]
// dispatch    (up to 1024, 1, E), workgroup 64, each thread every (64 * groups)-th parameter
override RHO: f32;
override ONE_MINUS_RHO: f32;
override MOMENTUM: f32;      // 0: `momentum` is not touched
override EPSILON: f32;
override IS_CENTERED: bool;  // else `average_gradient` is not touched

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> gradient_parts: array<f32>;
@group(0) @binding(2) var<storage, read> norms: array<VariableNorm>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> velocity: array<f32>;
@group(0) @binding(5) var<storage, read_write> momentum: array<f32>;
@group(0) @binding(6) var<storage, read_write> average_gradient: array<f32>;
@group(0) @binding(7) var<storage, read_write> metrics: array<Metrics>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let member = id.z;
  for (var j = id.x; j < PARAMETERS; j += groups.x * 64u) {
    let at = member * PARAMETERS + j;
    let g = gradient_sum(member, j) * clip_factor(member, j);
    let v = RHO * velocity[at] + ONE_MINUS_RHO * (g * g);
    velocity[at] = v;
    var spread = v + EPSILON;
    if IS_CENTERED {
      let a = RHO * average_gradient[at] + ONE_MINUS_RHO * g;
      average_gradient[at] = a;
      spread = v - a * a + EPSILON;
    }
    var change = step.learningRate * g / sqrt(spread);
    if MOMENTUM != 0.0 {
      change += MOMENTUM * momentum[at];
      momentum[at] = change;
    }
    let w = parameters[at] - step.weightDecay * parameters[at] - change;
    parameters[at] = w;
    if is_bad(g) || is_bad(v) || is_bad(w) { atomicAdd(&metrics[member].bad, 1u); }
  }
}
