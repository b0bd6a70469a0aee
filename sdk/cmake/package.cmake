# What `cmake --install . --component sdk` puts into place: headers, the CMake package ConsortSDK,
# a pkg-config file, the template. Nothing of it depends on the machine.
include(CMakePackageConfigHelpers)

# The SDK's version is the ABI's.
file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/include/consort/abi/base.h version_lines
     REGEX "^#define CONSORT_ABI_(MAJOR|MINOR) ")
string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2.0" CONSORT_SDK_VERSION
       "${version_lines}")

set(package_directory ${CMAKE_INSTALL_DATADIR}/cmake/ConsortSDK)
configure_package_config_file(cmake/ConsortSDKConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/ConsortSDKConfig.cmake
  INSTALL_DESTINATION ${package_directory} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/ConsortSDKConfigVersion.cmake
  VERSION ${CONSORT_SDK_VERSION} COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
configure_file(cmake/consort-sdk.pc.in ${CMAKE_CURRENT_BINARY_DIR}/consort-sdk.pc @ONLY)

install(TARGETS consort_abi consort_sdk EXPORT ConsortSDKTargets COMPONENT sdk)
install(EXPORT ConsortSDKTargets NAMESPACE Consort:: DESTINATION ${package_directory} COMPONENT sdk)
install(DIRECTORY include/consort DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/ConsortSDKConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/ConsortSDKConfigVersion.cmake
  cmake/ConsortPlugin.cmake cmake/consort_plugin.version
  DESTINATION ${package_directory} COMPONENT sdk)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/consort-sdk.pc
  DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig COMPONENT sdk)
install(DIRECTORY template DESTINATION ${CMAKE_INSTALL_DATADIR}/consort-sdk COMPONENT sdk)
