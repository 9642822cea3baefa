// Plain copy, a vec4f a thread: the other yardstick of the benchmark, bytes that this adapter moves a second.
//
// shapes    given [COUNT], taken [COUNT] vec4f
// dispatch  (ceil(COUNT / 64) over two dimensions), workgroup 64
override COUNT: u32;

@group(0) @binding(0) var<storage, read> given: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> taken: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.y * groups.x * 64u + id.x;
  if at < COUNT { taken[at] = given[at]; }
}
