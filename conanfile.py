# SPDX-License-Identifier: MIT
"""A Conan 2 recipe, which packages this tree; see docs/packaging.md."""

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy


class Eigentrain(ConanFile):
    name = "eigentrain"
    version = "0.1.0"
    description = "The training step for people who already have Eigen"
    license = "MIT"
    topics = ("eigen", "machine-learning", "optimizer", "training", "header-only")

    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    exports_sources = "include/*", "LICENSE"
    no_copy_source = True
    test_package_folder = "packaging/conan/test_package"

    def requirements(self):
        self.requires("eigen/[>=3.4.0 <6]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(
            self,
            "*.hpp",
            os.path.join(self.source_folder, "include"),
            os.path.join(self.package_folder, "include"),
        )

    def package_id(self):
        self.info.clear()  # one package for all settings

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "eigentrain")
        self.cpp_info.set_property("cmake_target_name", "eigentrain::eigentrain")
        self.cpp_info.set_property("pkg_config_name", "eigentrain")
