// One weight variable within the flat parameters of a member, and the square of its gradient's norm.
struct VariableNorm {
  first: u32,
  size: u32,
  square: f32,
  padding: u32,
}
