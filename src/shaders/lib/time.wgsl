// Which time step a per-step dispatch computes: one 256-byte slot per t, written once.
struct Time {
  t: u32,
}
