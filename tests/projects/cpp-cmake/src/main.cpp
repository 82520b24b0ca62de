#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "clock.h"

int main() {
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
  for (;;) {
    std::cout << now() << std::endl;
    std::this_thread::sleep_for(std::chrono::seconds(5));
  }
}
