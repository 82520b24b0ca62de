#pragma once
#include <string>

std::string now();
