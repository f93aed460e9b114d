#pragma once

// What stands in a skeleton where a student's code will be. It throws, in every kind of function,
// so that no test can take an unwritten body for a right answer.
//
//   throw todo("1.2", batch);
//     -> not written yet: lab 1.2, labs/01-introduction/map_store.cc:31
//
// The further arguments are what the body will use; naming them shows the student what there is and
// keeps the compiler from calling it unused. Programs catch Todo at their edge and print it.

#include <source_location>
#include <stdexcept>
#include <string>

namespace kv {

class Todo : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// The number of a task, "1.2", and the place where it is to be done.
struct Task {
  consteval Task(const char* task_number,
                 std::source_location here = std::source_location::current())
      : number(task_number), place(here) {}
  const char* number;
  std::source_location place;
};

template <class... Used>
Todo todo(Task task, const Used&...) {
  return Todo(std::string("not written yet: lab ") + task.number + ", " + task.place.file_name() +
              ":" + std::to_string(task.place.line()));
}

}  // namespace kv
