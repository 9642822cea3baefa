// The fused gate product of four units and four rows of the batch at a time. Needs the binding `parameters`.

// The product of four units and four rows: a matrix for each unit, columns = rows, components = gates i | f | c | o.
struct FourUnits {
  z0: mat4x4f,
  z1: mat4x4f,
  z2: mat4x4f,
  z3: mat4x4f,
}

// Rows k .. k + 3 of a weight matrix for four units: columns = units, components = gates, as the parameters lie.
struct FourWeights {
  w0: mat4x4f,
  w1: mat4x4f,
  w2: mat4x4f,
  w3: mat4x4f,
}

// `first` is the index of the first of the four matrices, `stride` matrices apart.
fn load_weights(first: u32, stride: u32) -> FourWeights {
  return FourWeights(parameters[first], parameters[first + stride], parameters[first + 2u * stride], parameters[first + 3u * stride]);
}

// Adds k .. k + 3 of four rows, times their weights.
fn add_product(z: FourUnits, w: FourWeights, a: mat4x4f) -> FourUnits {
  return FourUnits(
    z.z0 + mat4x4f(w.w0[0], w.w1[0], w.w2[0], w.w3[0]) * a,
    z.z1 + mat4x4f(w.w0[1], w.w1[1], w.w2[1], w.w3[1]) * a,
    z.z2 + mat4x4f(w.w0[2], w.w1[2], w.w2[2], w.w3[2]) * a,
    z.z3 + mat4x4f(w.w0[3], w.w1[3], w.w2[3], w.w3[3]) * a,
  );
}

// The gates of four units for one row of the four: columns = units.
fn row_of(z: FourUnits, r: u32) -> mat4x4f {
  return mat4x4f(z.z0[r], z.z1[r], z.z2[r], z.z3[r]);
}

// The same for each of the four.
fn rows_of(z: FourUnits) -> array<mat4x4f, 4> {
  return array<mat4x4f, 4>(row_of(z, 0u), row_of(z, 1u), row_of(z, 2u), row_of(z, 3u));
}
