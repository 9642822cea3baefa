// LSTM backward through time, one time step a dispatch (from the last to the first): the twin of lstm_step_forward.
//
//   dh_t = dh_t(from above) + dz_{t+1} . U^T, then dc and dz of step t as in lstm_backward.
//
// shapes      as lstm_backward; carried [E, B, UNIT_FOURS] vec4 carries dc * f from step to step
// dispatch    (ceil(UNIT_FOURS / 64), ceil(B / 4), E) for each t, workgroup 64; a thread owns 4 units x 4 rows
override PARAMETER_STRIDE: u32;  // matrices per member
override PARAMETER_OFFSET: u32;  // matrices before this layer's

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> time: Time;
@group(0) @binding(2) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> cell: array<vec4f>;
@group(0) @binding(4) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> gates: array<mat4x4f>;
@group(0) @binding(6) var<storage, read_write> carried: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.y * 4u;
  let four = id.x;
  if row0 >= step.count || four >= UNIT_FOURS { return; }
  let t = time.t;
  // Rows past the batch repeat the last one and are not used.
  let samples = member * BATCH + min(vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u), vec4u(step.count - 1u));

  var dh = mat4x4f();
  if t + 1u < STEPS {
    let u = member * PARAMETER_STRIDE + PARAMETER_OFFSET + 4u * (INPUT_FOURS + four) * UNIT_FOURS;
    let next = (samples * STEPS + t + 1u) * UNIT_FOURS;
    for (var k = 0u; k < UNIT_FOURS; k++) {
      let dz = FourGradients(gates[next.x + k], gates[next.y + k], gates[next.z + k], gates[next.w + k]);
      dh = add_transposed(dh, load_weights(u + k, UNIT_FOURS), dz);
    }
  }
  for (var r = 0u; r < 4u; r++) {
    if row0 + r >= step.count { return; }
    let last = samples[r] * UNIT_FOURS + four;
    var dc_next = vec4f(0.0);
    if t + 1u < STEPS { dc_next = carried[last]; }
    carried[last] = retreat(samples[r], t, four, dh[r], dc_next).dc_prev;
  }
}
