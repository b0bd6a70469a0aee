# Installs the SDK into an empty prefix, copies the template from there to an empty directory, builds
# and tests it against the installed package alone, and lets `consort plugin inspect` look at it.
# Then asks for versions that must be refused.
file(REMOVE_RECURSE ${WORK_DIRECTORY})
set(prefix ${WORK_DIRECTORY}/prefix)
set(compilers -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "failed (${result}): ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD_DIRECTORY} --component sdk --prefix ${prefix})
file(GLOB_RECURSE installed ${prefix}/*)
foreach(file IN LISTS installed)
  file(STRINGS ${file} leaks REGEX "${SOURCE_DIRECTORY}/|${BUILD_DIRECTORY}/")
  if(leaks)
    message(FATAL_ERROR "${file} names the directory it was made in: ${leaks}")
  endif()
endforeach()

file(COPY ${prefix}/share/consort-sdk/template DESTINATION ${WORK_DIRECTORY})
set(template ${WORK_DIRECTORY}/template)
run(${CMAKE_COMMAND} -S ${template} -B ${template}/build -G Ninja ${compilers}
    -DCMAKE_CXX_FLAGS=-Wall\ -Wextra\ -Wpedantic\ -Wshadow\ -Wconversion\ -Werror
    -DCMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${template}/build)
run(${CMAKE_CTEST_COMMAND} --test-dir ${template}/build --output-on-failure --no-tests=error)
run(${CMAKE_COMMAND} --install ${template}/build --prefix ${prefix})

run(nm -D --defined-only ${prefix}/lib/consort/plugins/hello.so)
if(NOT output MATCHES "^[0-9a-f]+ D consort_plugin_entry\n$")
  message(FATAL_ERROR "hello.so exports more or less than consort_plugin_entry:\n${output}")
endif()

if(CONSORT)
  run(${CONSORT} plugin inspect ${prefix}/lib/consort/plugins/hello.so)
  if(NOT output MATCHES "org\\.example\\.hello")
    message(FATAL_ERROR "inspect does not tell the plugin's id:\n${output}")
  endif()
endif()

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  set(ENV{PKG_CONFIG_PATH} ${prefix}/share/pkgconfig)
  run(${PKG_CONFIG} --cflags consort-sdk)
  string(STRIP "${output}" flags)
  separate_arguments(flags)
  run(${CXX_COMPILER} -std=c++20 ${flags} -fsyntax-only ${template}/hello.cpp)
endif()

# Same major only.
foreach(version 0.9 1.99 2.0)
  file(WRITE ${WORK_DIRECTORY}/refused/CMakeLists.txt
    "cmake_minimum_required(VERSION 3.25)\nproject(refused LANGUAGES CXX)\n"
    "find_package(ConsortSDK ${version} REQUIRED)\n")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${WORK_DIRECTORY}/refused -B ${WORK_DIRECTORY}/refused/${version}
            -G Ninja ${compilers} -DCMAKE_PREFIX_PATH=${prefix}
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  if(result EQUAL 0)
    message(FATAL_ERROR "the package was accepted as version ${version}")
  endif()
endforeach()
file(REMOVE_RECURSE ${WORK_DIRECTORY})
