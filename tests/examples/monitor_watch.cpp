// SPDX-License-Identifier: MIT
#include "monitor/watch.hpp"

#include "eigentrain/optim/sgd.hpp"
#include "scratch.hpp"
#include "support/catch.hpp"
#include "xml.hpp"

namespace et = eigentrain;

TEST_CASE("a watch takes what the optimizer's steps show, and writes it after every epoch") {
  const scratch::Folder folder;
  const auto page = folder / "page.html";
  Eigen::VectorXf weight = Eigen::VectorXf::Ones(4), bias = Eigen::VectorXf::Zero(9);
  Eigen::VectorXf weight_gradient = Eigen::VectorXf::Constant(4, 0.5F);
  Eigen::VectorXf bias_gradient = Eigen::VectorXf::Constant(9, 2.0F);
  et::Parameters<float> parameters;
  parameters.add("fc1.weight", weight, weight_gradient);
  parameters.add("fc1.bias", bias, bias_gradient);
  auto optimizer = et::chain<float>(et::sgd({.learning_rate = 1e-3}));

  monitor::Watch watch({.page = page, .every = 2, .epochs = 3}, {.title = "A run",
                                                                 .command = "train",
                                                                 .figures = {},
                                                                 .settings = {},
                                                                 .failure = {},
                                                                 .clip_norm = 1.0});
  CHECK_FALSE(std::filesystem::exists(page));
  for (int step = 0; step < 4; ++step) {
    optimizer.step(parameters, watch.statistics());
    watch.step(step / 4.0, 6.0, 1e-3);
  }
  CHECK_FALSE(std::filesystem::exists(page));
  watch.epoch({.train_loss = 1, .train_accuracy = 0.5, .test_loss = 2, .test_accuracy = 0.25});
  const std::string html = scratch::read(page);
  CHECK(xml::is_well_formed(html));
  CHECK_THAT(html, ContainsSubstring("<b>1 of 3</b><span>epochs"));
  CHECK_THAT(html, ContainsSubstring("<b>0.2500</b><span>test accuracy"));

  REQUIRE(watch.recorder().tensors().size() == 2);
  CHECK(watch.recorder().tensors()[0].gradient_norms.points().size() == 2);  // of every other step
  CHECK(watch.recorder().tensors()[0].gradient_norms.points()[1].x == 0.5);
  CHECK(watch.recorder().tensors()[1].gradient_norms.points()[1].y == Approx(6.0));
  CHECK(watch.recorder().tensors()[0].typical.update_norm ==
        Approx(1e-3).epsilon(1e-4));  // in float
  CHECK(watch.norms() == "       fc1.weight 1           fc1.bias   6");
  CHECK(watch.csv_norms() == ",1,6");
  CHECK(monitor::Watch::csv_header(parameters) ==
        ",gradient_norm_fc1.weight,gradient_norm_fc1.bias");
  CHECK(watch.diagnosis() ==
        "layers: 1 of 2 tensors need a look: 1 too fast (fc1.bias)\n"
        "suggested --clip-norm: 9, perhaps: the norms have a median of 6, but aren't stable\n"
        "all curves: " +
            page.string() + "\n");

  watch.failed("because");
  CHECK_THAT(scratch::read(page), ContainsSubstring("After 4 steps: because"));
}

TEST_CASE("a page that can't be written is refused at once") {
  const scratch::Folder folder;
  CHECK_THROWS_WITH(monitor::Watch({.page = folder / "none/page.html"}, {}),
                    ContainsSubstring("none/page.html: No such file"));
  CHECK(std::filesystem::is_empty(folder.path()));
}
