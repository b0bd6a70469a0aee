# consort_add_plugin(NAME SOURCES … [LIBS …]): a plugin library `NAME.so` that exports exactly one
# symbol. The version script is not optional: hidden visibility alone leaves process-unique symbols
# of inline functions exported, and two plugins would share their state.
function(consort_add_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/consort_plugin.version)
  add_library(${name} MODULE ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    LINK_DEPENDS ${version_script})
  target_link_libraries(${name} PRIVATE Consort::sdk ${ARG_LIBS})
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${version_script} -Wl,--exclude-libs,ALL)
  # clang's sanitizers leave symbols to be found in the executable.
  if(NOT (CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CONSORT_SANITIZE))
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  if(CONSORT_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${CONSORT_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  if(CONSORT_PLUGIN_INSTALL_DIRECTORY)
    install(TARGETS ${name} LIBRARY DESTINATION ${CONSORT_PLUGIN_INSTALL_DIRECTORY})
  endif()
endfunction()

# consort_add_plugin_test(PLUGIN SOURCES … [LIBS …]): a GoogleTest program PLUGIN-test made of the
# plugin's own sources and the test's. Its entry is `consort_plugin_entry_PLUGIN` (a dash becomes an
# underscore), to be loaded into consort::testing::FakeHost.
function(consort_add_plugin_test plugin)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    message(WARNING "No tests for ${plugin}: GoogleTest is not installed (Debian: libgtest-dev)")
    return()
  endif()
  get_target_property(sources ${plugin} SOURCES)
  get_target_property(libs ${plugin} LINK_LIBRARIES)
  string(MAKE_C_IDENTIFIER ${plugin} identifier)
  add_executable(${plugin}-test ${ARG_SOURCES} ${sources})
  target_compile_definitions(${plugin}-test PRIVATE CONSORT_STATIC_PLUGIN=${identifier})
  target_link_libraries(${plugin}-test PRIVATE ${libs} ${ARG_LIBS} GTest::gtest_main)
  add_test(NAME ${plugin}-test COMMAND ${plugin}-test)
endfunction()
