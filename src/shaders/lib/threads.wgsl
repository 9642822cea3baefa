// Who a thread is, and that it loads for itself what it needs. lib/lanes.wgsl has the same names for threads that load together.
const SHARES = false;

struct Thread {
  @builtin(local_invocation_index) index: u32,
}

fn lane_of(thread: Thread) -> u32 {
  return 0u;
}

// Not called where nothing is shared.
fn share(column: vec4f) -> mat4x4f {
  return mat4x4f(column, column, column, column);
}
