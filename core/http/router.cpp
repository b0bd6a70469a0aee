#include "core/http/router.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "core/http/target.hpp"

namespace consort::http {

namespace {

// A segment as it may hold parameters: literal, name, literal, name, … literal.
struct SegmentPattern {
    std::vector<std::string> literals;
    std::vector<std::string_view> names;  // into the route's pattern

    std::size_t literal_size() const {
        std::size_t size = 0;
        for (const auto& literal : literals) size += literal.size();
        return size;
    }
    bool operator==(const SegmentPattern& other) const { return literals == other.literals; }
};

using Params = std::vector<std::pair<std::string_view, std::string>>;

[[noreturn]] void malformed(const std::string& pattern, const char* why) {
    throw std::invalid_argument("route pattern '" + pattern + "': " + why);
}

SegmentPattern parse_segment(const std::string& pattern, std::string_view segment) {
    SegmentPattern parsed;
    while (true) {
        const std::size_t open = segment.find('{');
        const std::string_view literal = segment.substr(0, open);
        if (literal.find('}') != literal.npos) malformed(pattern, "'}' without '{'");
        if (literal.empty() && !parsed.names.empty() && open != segment.npos) {
            malformed(pattern, "two parameters with nothing between them");
        }
        parsed.literals.emplace_back(literal);
        if (open == segment.npos) return parsed;
        const std::size_t close = segment.find('}', open);
        if (close == segment.npos) malformed(pattern, "'{' without '}'");
        const std::string_view name = segment.substr(open + 1, close - open - 1);
        if (name.empty() || name.find_first_of("{*") != name.npos) {
            malformed(pattern, "a parameter needs a name; only the last one may end in '*'");
        }
        if (parsed.names.size() == 2) malformed(pattern, "more than two parameters in a segment");
        parsed.names.push_back(name);
        segment.remove_prefix(close + 1);
    }
}

// Each parameter takes the fewest characters, at least one, that let the rest match.
bool match_segment(const SegmentPattern& pattern, std::string_view text, std::size_t part,
                   std::vector<std::string_view>& values) {
    const std::string& literal = pattern.literals[part];
    if (text.substr(0, literal.size()) != literal) return false;
    text.remove_prefix(literal.size());
    if (part == pattern.names.size()) return text.empty();
    const std::string& next = pattern.literals[part + 1];
    const bool last = part + 1 == pattern.names.size();
    for (std::size_t length = last && text.size() > next.size() ? text.size() - next.size() : 1;
         length <= text.size(); ++length) {
        values.resize(part);
        values.push_back(text.substr(0, length));
        if (match_segment(pattern, text.substr(length), part + 1, values)) return true;
    }
    return false;
}

}  // namespace

struct Router::Node {
    struct Branch {
        SegmentPattern pattern;
        std::unique_ptr<Node> node;
    };
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::vector<Branch> branches;  // the most literal text first
    std::map<std::string, const Route*, std::less<>> routes;
    std::map<std::string, const Route*, std::less<>> tails;
    std::map<const Route*, std::vector<std::string_view>> names;  // of all parameters on the way

    struct Search {
        std::string_view method;
        std::set<std::string, std::less<>> allowed;
        std::vector<std::string> values;
        const Route* found = nullptr;
        const Node* at = nullptr;
        std::optional<std::string> tail;
    };

    static const Route* pick(const std::map<std::string, const Route*, std::less<>>& by_method,
                             Search& search) {
        auto found = by_method.find(search.method);
        if (found == by_method.end() && search.method == "HEAD") found = by_method.find("GET");
        if (found != by_method.end()) return found->second;
        for (const auto& [method, route] : by_method) search.allowed.insert(method);
        return nullptr;
    }

    // `rest` is what follows the '/' that led here.
    bool find(std::string_view rest, Search& search) const {
        const std::size_t slash = rest.find('/');
        const std::string_view raw = rest.substr(0, slash);
        std::string decoded;
        std::string_view segment = raw;
        bool plain = true;
        if (raw.find('%') != raw.npos) {
            auto text = percent_decode(raw);
            if (!text) return false;
            decoded = std::move(*text);
            segment = decoded;
            plain = segment.find('/') == segment.npos && segment.find('\0') == segment.npos;
        }
        const auto descend = [&](const Node& node) {
            if (slash != rest.npos) return node.find(rest.substr(slash + 1), search);
            search.found = pick(node.routes, search);
            search.at = &node;
            return search.found != nullptr;
        };
        if (plain) {
            if (const auto next = literals.find(segment); next != literals.end()) {
                if (descend(*next->second)) return true;
            }
            std::vector<std::string_view> values;
            for (const Branch& branch : branches) {
                values.clear();
                if (!match_segment(branch.pattern, segment, 0, values)) continue;
                const std::size_t before = search.values.size();
                search.values.insert(search.values.end(), values.begin(), values.end());
                if (descend(*branch.node)) return true;
                search.values.resize(before);
            }
        }
        if (tails.empty()) return false;
        auto tail = percent_decode(rest);
        if (!tail) return false;
        search.found = pick(tails, search);
        search.at = this;
        search.tail = std::move(tail);
        return search.found != nullptr;
    }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Route route) {
    auto owned = std::make_unique<Route>(std::move(route));
    const std::string& pattern = owned->pattern;
    if (owned->method.empty()) malformed(pattern, "no method");
    if (!owned->handle) malformed(pattern, "no handler");
    if (pattern.empty() || pattern.front() != '/') malformed(pattern, "must begin with '/'");
    if (owned->label.empty()) owned->label = pattern;

    Node* node = root_.get();
    std::vector<std::string_view> names;
    std::string_view rest = std::string_view(pattern).substr(1);
    auto* by_method = &node->routes;
    while (true) {
        const std::size_t slash = rest.find('/');
        const std::string_view segment = rest.substr(0, slash);
        if (segment.size() > 3 && segment.front() == '{' &&
            segment.substr(segment.size() - 2) == "*}") {
            if (slash != rest.npos) malformed(pattern, "'{name*}' must be the last thing");
            names.push_back(segment.substr(1, segment.size() - 3));
            by_method = &node->tails;
            break;
        }
        SegmentPattern parsed = parse_segment(pattern, segment);
        std::unique_ptr<Node>* next = nullptr;
        if (parsed.names.empty()) {
            next = &node->literals[std::string(segment)];
        } else {
            names.insert(names.end(), parsed.names.begin(), parsed.names.end());
            const auto place =
                std::find_if(node->branches.begin(), node->branches.end(),
                             [&](const Node::Branch& branch) { return branch.pattern == parsed; });
            if (place != node->branches.end()) {
                next = &place->node;
            } else {
                const auto before = std::find_if(
                    node->branches.begin(), node->branches.end(), [&](const Node::Branch& b) {
                        return b.pattern.literal_size() < parsed.literal_size();
                    });
                next =
                    &node->branches.insert(before, Node::Branch{std::move(parsed), nullptr})->node;
            }
        }
        if (!*next) *next = std::make_unique<Node>();
        node = next->get();
        by_method = &node->routes;
        if (slash == rest.npos) break;
        rest.remove_prefix(slash + 1);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (std::find(names.begin() + static_cast<std::ptrdiff_t>(i) + 1, names.end(), names[i]) !=
            names.end()) {
            malformed(pattern, "two parameters of one name");
        }
    }
    if (!by_method->emplace(owned->method, owned.get()).second) {
        malformed(pattern, ("taken already for " + owned->method).c_str());
    }
    node->names.emplace(owned.get(), std::move(names));
    routes_.push_back(std::move(owned));
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
    Match match;
    if (path.empty() || path.front() != '/') return match;
    Node::Search search;
    search.method = method;
    if (root_->find(path.substr(1), search)) {
        match.route = search.found;
        const auto& names = search.at->names.find(search.found)->second;
        if (search.tail) search.values.push_back(std::move(*search.tail));
        match.params.reserve(names.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
            match.params.emplace_back(names[i], std::move(search.values[i]));
        }
        return match;
    }
    if (search.allowed.empty()) return match;
    if (search.allowed.count("GET") != 0) search.allowed.insert("HEAD");
    search.allowed.insert("OPTIONS");
    for (const std::string& allowed : search.allowed) {
        match.allowed += (match.allowed.empty() ? "" : ", ") + allowed;
    }
    return match;
}

}  // namespace consort::http
