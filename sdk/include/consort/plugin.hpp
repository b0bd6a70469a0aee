// All that a plugin needs.
#pragma once

#include "consort/context.hpp"
#include "consort/entry.hpp"
#include "consort/exchange.hpp"
#include "consort/media.hpp"
#include "consort/response.hpp"
#include "consort/result.hpp"
#include "consort/slice.hpp"
