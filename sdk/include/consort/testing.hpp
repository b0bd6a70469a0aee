// What a plugin's unit tests need: a fake host, requests and media made by hand.
#pragma once

#include "consort/plugin.hpp"
#include "consort/testing/fake_exchange.hpp"
#include "consort/testing/fake_host.hpp"
#include "consort/testing/fake_media.hpp"
