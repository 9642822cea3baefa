// LSTM backward through time, one time step a dispatch (from the last to the first): the twin of lstm_step_forward.
//
//   dh_t = dh_t(from above) + dz_{t+1} . U^T, then dc and dz of step t as in lstm_backward.
//
// shapes      as lstm_backward; carried [E, B, H] carries dc * f from step to step
// dispatch    (ceil(H / 4 / 64), ceil(B / 4), E) for each t, workgroup 64; a thread owns 4 units x 4 rows
override BATCH: u32;
override STEPS: u32;
override FEATURES: u32;
override UNITS: u32;
override PARAMETER_STRIDE: u32;  // vec4s per member
override PARAMETER_OFFSET: u32;  // vec4s before this layer's kernel
override SEQUENCE_GRADIENT: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> time: Time;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> cell: array<f32>;
@group(0) @binding(4) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> gates: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> carried: array<f32>;

const ROWS = 4u;
const COLUMNS = 4u;  // units per thread

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.y * ROWS;
  let unit0 = id.x * COLUMNS;
  if row0 >= step.count || unit0 >= UNITS { return; }
  let t = time.t;

  // dh of each unit over the rows
  var dh0 = vec4f(0.0);
  var dh1 = vec4f(0.0);
  var dh2 = vec4f(0.0);
  var dh3 = vec4f(0.0);
  if t + 1u < STEPS {
    let recurrent = member * PARAMETER_STRIDE + PARAMETER_OFFSET + FEATURES * UNITS;
    let u = recurrent + min(vec4u(unit0, unit0 + 1u, unit0 + 2u, unit0 + 3u), vec4u(UNITS - 1u)) * UNITS;
    let rows = min(vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u), vec4u(step.count - 1u));
    let next = ((member * BATCH + rows) * STEPS + t + 1u) * UNITS;
    for (var k = 0u; k < UNITS; k++) {
      let dz = mat4x4f(gates[next.x + k], gates[next.y + k], gates[next.z + k], gates[next.w + k]);
      dh0 += parameters[u.x + k] * dz;
      dh1 += parameters[u.y + k] * dz;
      dh2 += parameters[u.z + k] * dz;
      dh3 += parameters[u.w + k] * dz;
    }
  }
  retreat(member, row0, t, unit0, dh0);
  retreat(member, row0, t, unit0 + 1u, dh1);
  retreat(member, row0, t, unit0 + 2u, dh2);
  retreat(member, row0, t, unit0 + 3u, dh3);
}

// One unit's step back in time for the four rows.
fn retreat(member: u32, row0: u32, t: u32, unit: u32, dh_recurrent: vec4f) {
  if unit >= UNITS { return; }
  let rows = vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u);
  let sample = member * BATCH + min(rows, vec4u(step.count - 1u));
  let at = (sample * STEPS + t) * UNITS + unit;
  let last = sample * UNITS + unit;
  let before = select(at, at - UNITS, vec4<bool>(t > 0u));
  let c = vec4f(cell[at.x], cell[at.y], cell[at.z], cell[at.w]);
  let c_before = vec4f(cell[before.x], cell[before.y], cell[before.z], cell[before.w]);
  let c_prev = select(vec4f(0.0), c_before, vec4<bool>(t > 0u));
  let carried_next = vec4f(carried[last.x], carried[last.y], carried[last.z], carried[last.w]);
  let dc_next = select(vec4f(0.0), carried_next, vec4<bool>(t + 1u < STEPS));
  var dh = dh_recurrent;
  if SEQUENCE_GRADIENT {
    dh += vec4f(output_gradient[at.x], output_gradient[at.y], output_gradient[at.z], output_gradient[at.w]);
  } else if t == STEPS - 1u {
    dh += vec4f(output_gradient[last.x], output_gradient[last.y], output_gradient[last.z], output_gradient[last.w]);
  }
  let by_gate = transpose(mat4x4f(gates[at.x], gates[at.y], gates[at.z], gates[at.w]));
  let gradient = cell_backward(by_gate, c, c_prev, dh, dc_next);
  let dz = transpose(gradient.dz);
  for (var r = 0u; r < ROWS; r++) {
    if rows[r] < step.count {
      gates[at[r]] = dz[r];
      carried[last[r]] = gradient.dc_prev[r];
    }
  }
}
