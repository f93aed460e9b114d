#pragma once

// Whether what a document names is there: the targets of its links, the headings behind their
// anchors, the paths in `code`, the targets of `make` commands, in code spans and in fenced blocks.
//
// A path in code stands for a file if it has a slash and ends in one of the endings the project
// uses, or if it begins with one of the project's folders; it is looked up from the root, from
// src/, and from the document's folder. A path with a placeholder (NN, N, *, <...>, ...) and one
// inside build/ name no file of the tree; nor does one that is the text of a link to elsewhere.
//
// *Thread safety*: any thread. *Errors*: none; what is not there is a finding.

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "apps/kvcourse/finding.h"

namespace kv::course {

// The anchors of a document's headings, as GitHub makes them: "The log's layout" ->
// "the-logs-layout"; the second of that name gets "-1".
std::set<std::string> anchors_of(std::string_view markdown);

// The targets of a makefile that a person may type.
std::set<std::string> make_targets(std::string_view makefile);

// Checks one document. `document` is its path relative to `root`.
Findings check_document(const std::filesystem::path& root, const std::string& document,
                        std::string_view markdown, const std::set<std::string>& targets);

}  // namespace kv::course
