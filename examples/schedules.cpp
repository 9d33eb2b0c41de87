// SPDX-License-Identifier: MIT
// Every schedule of the library at every step, as a table and in one picture.
//
//   schedules > schedules.csv                  200 steps
//   schedules --steps 1000 --svg rates.svg     finer, with a picture

#include "schedules/picture.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

#include "schedules/gallery.hpp"

namespace {

void write(std::FILE* out, const std::string& name, const std::string& text) {
  const bool written =
      out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  const bool flushed = out != nullptr && std::fflush(out) == 0;
  if (!written || !flushed) throw std::runtime_error(name + ": " + std::strerror(errno));
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t steps = 200;
  std::string svg;
  CLI::App app("Prints every schedule of the library at every step, as CSV.");
  app.add_option("--steps", steps)->check(CLI::Range(40, 1'000'000))->capture_default_str();
  app.add_option("--svg", svg, "a file for the picture");
  CLI11_PARSE(app, argc, argv);
  try {
    const std::vector<schedules::Panel> panels = schedules::gallery(steps);
    write(stdout, "the table", schedules::csv(panels));
    if (!svg.empty()) {
      std::FILE* out = std::fopen(svg.c_str(), "w");
      write(out, svg, schedules::picture(panels));
      std::fclose(out);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "schedules: %s\n", error.what());
    return 1;
  }
  return 0;
}
