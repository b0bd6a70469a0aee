// What only the start of the process has read.
#pragma once

namespace consort::app {

// Lets the pages of the executable and of its libraries go that are never written: code, symbols,
// constants. They stay in the system's cache, from where the few that are needed again come back
// when they are touched. The allocator gives back what the start has freed. Any thread, while the
// others run on. Does nothing under a debugger, whose breakpoints stand in those pages.
void forget_start_up_pages() noexcept;

}  // namespace consort::app
