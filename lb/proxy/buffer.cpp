#include "lb/proxy/buffer.hpp"

#include <sys/mman.h>

#include <new>

namespace cutover::lb::proxy {

Pages::Pages(std::size_t size) : size_(size) {
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<char*>(pages);
}

Pages::~Pages() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace cutover::lb::proxy
