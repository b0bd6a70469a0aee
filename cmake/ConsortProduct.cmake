# `product`: the executable and every plugin, without the tests. What scripts/run builds.

# Appends to `out` the targets of a folder and those below it that people run or load.
function(_consort_collect folder out)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  set(found ${${out}})
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "MODULE_LIBRARY" OR target STREQUAL "consort")
      list(APPEND found ${target})
    endif()
  endforeach()
  get_property(children DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(child ${children})
    _consort_collect(${child} found)
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

set(_consort_product)
_consort_collect(${CMAKE_SOURCE_DIR}/core _consort_product)
_consort_collect(${CMAKE_SOURCE_DIR}/plugins _consort_product)
add_custom_target(product DEPENDS ${_consort_product})
