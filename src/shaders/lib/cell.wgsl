// One LSTM cell, forward and backward (keras-reference 1.1). A vec4 holds the gates of one unit in Keras' order
// i | f | c | o: before activation z, after it (i, f, candidate, o). Needs lib/activations.wgsl.
override ACTIVATION: u32;            // code of phi, used for the candidate and for the cell's output
override RECURRENT_ACTIVATION: u32;  // code of sigma_r, used for i, f and o

// gates = (sigma_r(z_i), sigma_r(z_f), phi(z_c), sigma_r(z_o))
fn cell_gates(z: vec4f) -> vec4f {
  return vec4f(
    activate(RECURRENT_ACTIVATION, z.x),
    activate(RECURRENT_ACTIVATION, z.y),
    activate(ACTIVATION, z.z),
    activate(RECURRENT_ACTIVATION, z.w),
  );
}

// c = f * c_prev + i * candidate
fn cell_state(gates: vec4f, c_prev: f32) -> f32 {
  return gates.y * c_prev + gates.x * gates.z;
}

// h = o * phi(c)
fn cell_output(gates: vec4f, c: f32) -> f32 {
  return gates.w * activate(ACTIVATION, c);
}

struct CellGradient {
  // Gradient of the loss by z, gates i | f | c | o.
  dz: vec4f,
  // Gradient by c_prev.
  dc_prev: f32,
}

// dh and dc_next are the gradients that reach this step's h and c from above and from the step after it.
fn cell_gradient(gates: vec4f, c: f32, c_prev: f32, dh: f32, dc_next: f32) -> CellGradient {
  let phi_c = activate(ACTIVATION, c);
  let dc = dc_next + dh * gates.w * activation_slope(ACTIVATION, phi_c);
  let by_gate = vec4f(dc * gates.z, dc * c_prev, dc * gates.x, dh * phi_c);
  let slopes = vec4f(
    activation_slope(RECURRENT_ACTIVATION, gates.x),
    activation_slope(RECURRENT_ACTIVATION, gates.y),
    activation_slope(ACTIVATION, gates.z),
    activation_slope(RECURRENT_ACTIVATION, gates.w),
  );
  return CellGradient(by_gate * slopes, dc * gates.y);
}
