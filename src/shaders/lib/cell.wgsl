// One LSTM cell, forward and backward (keras-reference 1.1), for one unit and four rows of the batch at a time: every
// vec4 runs over the rows, and a matrix of gates has the columns i, f, candidate, o. Needs lib/activations.wgsl.
override ACTIVATION: u32;            // code of phi, used for the candidate and for the cell's output
override RECURRENT_ACTIVATION: u32;  // code of sigma_r, used for i, f and o

struct CellState {
  gates: mat4x4f,
  c: vec4f,
  h: vec4f,
}

// i = sigma_r(z_i), f = sigma_r(z_f), candidate = phi(z_c), o = sigma_r(z_o)
// c = f * c_prev + i * candidate;  h = o * phi(c)
fn cell_forward(z: mat4x4f, c_prev: vec4f) -> CellState {
  let i = activate(RECURRENT_ACTIVATION, z[0]);
  let f = activate(RECURRENT_ACTIVATION, z[1]);
  let candidate = activate(ACTIVATION, z[2]);
  let o = activate(RECURRENT_ACTIVATION, z[3]);
  let c = f * c_prev + i * candidate;
  let h = o * activate(ACTIVATION, c);
  return CellState(mat4x4f(i, f, candidate, o), c, h);
}

struct CellGradient {
  // Gradient of the loss by z, columns i, f, c, o.
  dz: mat4x4f,
  // Gradient by c_prev.
  dc_prev: vec4f,
}

// dh and dc_next are the gradients that reach this step's h and c from above and from the step after it.
fn cell_backward(gates: mat4x4f, c: vec4f, c_prev: vec4f, dh: vec4f, dc_next: vec4f) -> CellGradient {
  let i = gates[0];
  let f = gates[1];
  let candidate = gates[2];
  let o = gates[3];
  let phi_c = activate(ACTIVATION, c);
  let dc = dc_next + dh * o * activation_slope(ACTIVATION, phi_c);
  let dz_i = dc * candidate * activation_slope(RECURRENT_ACTIVATION, i);
  let dz_f = dc * c_prev * activation_slope(RECURRENT_ACTIVATION, f);
  let dz_c = dc * i * activation_slope(ACTIVATION, candidate);
  let dz_o = dh * phi_c * activation_slope(RECURRENT_ACTIVATION, o);
  return CellGradient(mat4x4f(dz_i, dz_f, dz_c, dz_o), dc * f);
}
