// One step back in time, shared by the persistent and the per-step kernel. Needs lib/cell.wgsl, lib/operand.wgsl and the
// bindings `cell`, `output_gradient`, `gates`.
override BATCH: u32;
override STEPS: u32;
override SEQUENCE_GRADIENT: bool;  // output_gradient is [E, B, T, H], else [E, B, H] for the last step alone

// dz of four units k for four rows: a matrix for each row, columns = units, components = gates.
struct FourGradients {
  r0: mat4x4f,
  r1: mat4x4f,
  r2: mat4x4f,
  r3: mat4x4f,
}

// Adds dz . U^T of four units k: `u` has a row of U for each of four units owned; columns of dh are rows of the batch.
fn add_transposed(dh: mat4x4f, u: FourWeights, dz: FourGradients) -> mat4x4f {
  return dh
    + transpose(mat4x4f(u.w0[0], u.w1[0], u.w2[0], u.w3[0])) * mat4x4f(dz.r0[0], dz.r1[0], dz.r2[0], dz.r3[0])
    + transpose(mat4x4f(u.w0[1], u.w1[1], u.w2[1], u.w3[1])) * mat4x4f(dz.r0[1], dz.r1[1], dz.r2[1], dz.r3[1])
    + transpose(mat4x4f(u.w0[2], u.w1[2], u.w2[2], u.w3[2])) * mat4x4f(dz.r0[2], dz.r1[2], dz.r2[2], dz.r3[2])
    + transpose(mat4x4f(u.w0[3], u.w1[3], u.w2[3], u.w3[3])) * mat4x4f(dz.r0[3], dz.r1[3], dz.r2[3], dz.r3[3]);
}

// Cell of one row and four units at time t, backward: columns of dz are gates, components units. Leaves dz in `gates`.
fn retreat(sample: u32, t: u32, four: u32, dh_recurrent: vec4f, dc_next: vec4f) -> CellGradient {
  let at = (sample * STEPS + t) * UNIT_FOURS + four;
  var c_prev = vec4f(0.0);
  if t > 0u { c_prev = cell[at - UNIT_FOURS]; }
  var dh = dh_recurrent;
  if SEQUENCE_GRADIENT {
    dh += gradient_four(sample * STEPS + t, four);
  } else if t == STEPS - 1u {
    dh += gradient_four(sample, four);
  }
  let gradient = cell_backward(transpose(gates[at]), cell[at], c_prev, dh, dc_next);
  gates[at] = transpose(gradient.dz);
  return gradient;
}

// The gradient from above of four units, zeros past H.
fn gradient_four(row: u32, four: u32) -> vec4f {
  let at = row * UNITS + min(4u * four + vec4u(0u, 1u, 2u, 3u), vec4u(UNITS - 1u));
  return zero_past_units(vec4f(output_gradient[at.x], output_gradient[at.y], output_gradient[at.z], output_gradient[at.w]), four);
}
