// What jemalloc reads when the process starts (its manual page, "TUNING"). Large pages, because a
// store's memory is mostly many small blocks that are read in no order: ordinary pages cost a page
// fault for every 30 of them in a fill, and a second miss, of the address translation, in a read.
//
// Linked into programs of the preset `release` alone; others take the system's allocator, which the
// sanitizers replace by their own.

extern "C" {
const char* malloc_conf = "thp:always,metadata_thp:auto";
}
