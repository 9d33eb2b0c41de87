# SPDX-License-Identifier: MIT
"""Runs the methods of conanfile.py in the order in which `conan create` does, without Conan.

What stands in for Conan's classes and functions does what they are documented to do, as far as this
recipe needs it. So this shows that the recipe packages the right files, not that Conan takes it.

    python3 conan_stand_in.py <the project> <a folder to write to> <the version>
"""

import fnmatch
import importlib.util
import pathlib
import shutil
import sys
import types

source, scratch, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
calls = []


def record(name):
    return lambda *arguments, **options: calls.append((name, arguments, options))


class Properties:
    """cpp_info: it has these folders until the recipe says otherwise."""

    def __init__(self):
        self.includedirs, self.libdirs, self.bindirs = ["include"], ["lib"], ["bin"]
        self.properties = {}

    def set_property(self, name, value):
        self.properties[name] = value


class ConanFile:
    def __init__(self):
        self.requires = record("requires")
        self.info = types.SimpleNamespace(clear=record("clear"))
        self.cpp_info = Properties()
        self.run = record("run")


def copy(conanfile, pattern, src, dst):
    """Copies the files whose path below src matches, to the same path below dst."""
    del conanfile
    src, dst = pathlib.Path(src), pathlib.Path(dst)
    begin = src / pattern.partition("*")[0].rpartition("/")[0]  # no need to look elsewhere
    for path in begin.rglob("*") if "*" in pattern else [src / pattern]:
        below = path.relative_to(src)
        if path.is_file() and fnmatch.fnmatch(str(below), pattern):
            (dst / below).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, dst / below)


class CMake:
    def __init__(self, conanfile):
        del conanfile
        self.configure, self.build = record("configure"), record("build")


def module(name, **names):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(names)


module("conan", ConanFile=ConanFile)
module("conan.tools")
module("conan.tools.build", check_min_cppstd=record("check_min_cppstd"), can_run=lambda _: True)
module("conan.tools.cmake", CMake=CMake, cmake_layout=record("cmake_layout"))
module("conan.tools.files", copy=copy)


def load(path):
    """The one recipe in that file."""
    specification = importlib.util.spec_from_file_location("recipe", path)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    recipes = [
        value
        for value in vars(loaded).values()
        if isinstance(value, type) and issubclass(value, ConanFile) and value is not ConanFile
    ]
    assert len(recipes) == 1, recipes
    return recipes[0]()


def files_below(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


recipe = load(source / "conanfile.py")
assert (recipe.name, recipe.version) == ("eigentrain", version), (recipe.name, recipe.version)
assert recipe.package_type == "header-library" and recipe.license == "MIT"

# What is exported, and from that alone, the package.
exported = scratch / "exported"
for pattern in recipe.exports_sources:
    copy(recipe, pattern, source, exported)
recipe.source_folder, recipe.package_folder = str(exported), str(scratch / "package")
recipe.requirements()
recipe.validate()
recipe.package()
recipe.package_id()
recipe.package_info()

headers = [f"include/{name}" for name in files_below(source / "include")]
packaged = files_below(scratch / "package")
assert packaged == headers + ["licenses/LICENSE"], packaged
assert all(name.endswith(".hpp") for name in headers), headers
assert len(headers) > 100, headers

(eigen,) = [call for call in calls if call[0] == "requires"]
assert eigen[1] == ("eigen/[>=3.4.0 <6]",), eigen
assert eigen[2] == {"transitive_headers": True}, eigen  # our headers include Eigen's
assert ("check_min_cppstd", (recipe, 20), {}) in calls, calls
assert ("clear", (), {}) in calls, calls
assert recipe.cpp_info.includedirs == ["include"]
assert recipe.cpp_info.libdirs == recipe.cpp_info.bindirs == []
assert recipe.cpp_info.properties["cmake_file_name"] == "eigentrain"
assert recipe.cpp_info.properties["cmake_target_name"] == "eigentrain::eigentrain"

# The program that tries it.
folder = source / recipe.test_package_folder
assert (folder / "CMakeLists.txt").is_file()
calls.clear()
test = load(folder / "conanfile.py")
test.tested_reference_str = f"eigentrain/{version}"
test.cpp = types.SimpleNamespace(build=types.SimpleNamespace(bindir="bin"))
for step in (test.requirements, test.layout, test.build, test.test):
    step()
made = [call[0] for call in calls]
assert made == ["requires", "cmake_layout", "configure", "build", "run"], calls
assert calls[0][1] == (f"eigentrain/{version}",), calls
assert calls[-1][1] == ("bin/consumer",), calls
print(f"{len(headers)} headers and the license are packaged")
