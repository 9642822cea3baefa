// Four threads of a subgroup that need the same matrix load one column each and hand it to each other. A software adapter
// runs them in one vector register, where a load costs as much as many multiplications and handing over one instruction.
// All four must run: workgroups have whole fours of threads. In the place of lib/threads.wgsl.
enable subgroups;
// Whether the four are in the same place is decided by conditions that are the same for all of them.
diagnostic(off, subgroup_uniformity);

const SHARES = true;

struct Thread {
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
}

fn lane_of(thread: Thread) -> u32 {
  return thread.lane;
}

// The matrix of which each thread brings the column of its lane.
fn share(column: vec4f) -> mat4x4f {
  return mat4x4f(
    subgroupBroadcast(column, 0u),
    subgroupBroadcast(column, 1u),
    subgroupBroadcast(column, 2u),
    subgroupBroadcast(column, 3u),
  );
}
