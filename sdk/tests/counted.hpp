// Counts its living copies, to see what is released when.
#pragma once

#include <utility>

namespace consort::tests {

class Counted {
  public:
    explicit Counted(int& alive) noexcept : alive_(&alive) { ++*alive_; }
    Counted(Counted&& other) noexcept : alive_(std::exchange(other.alive_, nullptr)) {}
    Counted& operator=(Counted&&) = delete;
    ~Counted() {
        if (alive_) --*alive_;
    }

  private:
    int* alive_;
};

}  // namespace consort::tests
