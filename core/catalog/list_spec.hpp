// What each list is made of: its tables, columns and orders. Used by list_query.cpp alone.
#pragma once

#include <string_view>
#include <vector>

#include "core/catalog/list_query.hpp"

namespace consort::catalog {

struct SortColumn {
    std::string_view sql;
    bool text;
};

struct Sort {
    std::string_view name;
    std::vector<SortColumn> columns;  // an index has them in this order, then the id
};

struct ListSpec {
    std::string_view name;
    std::string_view id;       // row id
    std::string_view columns;  // what item writers read
    unsigned column_count;
    std::string_view from;  // the list's own table first
    std::string_view joins;
    std::string_view where;
    std::string_view search;  // FTS table; empty: none
    std::vector<Sort> sorts;  // the first is the default
};

const ListSpec& spec_of(List list);

}  // namespace consort::catalog
