// SPDX-License-Identifier: MIT
#include "eigentrain/io/checkpoint.hpp"

#include "eigentrain/eigentrain.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("first") {
  Eigen::MatrixXf w(3, 4), dw(3, 4);
  Eigen::VectorXf b(3), db(3);
  w.setRandom(), dw.setRandom(), b.setRandom(), db.setRandom();
  et::Parameters<float> parameters;
  parameters.add("w", w, dw);
  parameters.add("b", b, db);
  et::Adam<float> adam;
  et::Generator random(3);
  random();
  std::int64_t epoch = 7;
  std::vector<int> order = {1, 2, 3};
  std::string text = "hello";
  adam.step(parameters);
  et::Checkpoint c;
  c.add("model", parameters)
      .add("optimizer", adam, parameters)
      .add("random", random)
      .add("epoch", epoch)
      .add("order", order)
      .add("text", text);
  c.save("/tmp/h_io/x.safetensors");
  const Eigen::MatrixXf before = w;
  adam.step(parameters);
  const Eigen::MatrixXf after = w;
  epoch = 0;
  order.clear();
  text = "";
  c.load("/tmp/h_io/x.safetensors");
  CHECK(w == before);
  CHECK(epoch == 7);
  CHECK(order == std::vector<int>{1, 2, 3});
  CHECK(text == "hello");
  CHECK(adam.count() == 1);
  adam.step(parameters);
  CHECK(w == after);
}
