#include "clock.h"

#include <ctime>

std::string now() {
  char text[16];
  std::time_t time = std::time(nullptr);
  std::strftime(text, sizeof text, "%H:%M:%S", std::localtime(&time));
  return text;
}
