#include "core/stream/report.hpp"

#include "core/observe/log.hpp"

namespace consort::stream {
namespace {

// Members of one object; the caller writes the braces.
class Members {
  public:
    explicit Members(std::string& out) : out_(out) {}

    void text(std::string_view name, std::string_view value) {
        begin(name);
        string(value);
    }
    void number(std::string_view name, std::uint64_t value) {
        begin(name);
        out_ += std::to_string(value);
    }
    void number_or_null(std::string_view name, std::uint64_t value) {
        begin(name);
        out_ += value == 0 ? "null" : std::to_string(value);
    }
    void truth(std::string_view name, bool value) {
        begin(name);
        out_ += value ? "true" : "false";
    }
    void texts(std::string_view name, const std::vector<std::string>& values) {
        begin(name);
        out_ += '[';
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) out_ += ',';
            string(values[i]);
        }
        out_ += ']';
    }
    std::string& begin(std::string_view name) {
        if (!std::exchange(first_, false)) out_ += ',';
        string(name);
        return out_ += ':';
    }

  private:
    void string(std::string_view value) {
        out_ += '"';
        observe::append_json_escaped(out_, value);
        out_ += '"';
    }
    std::string& out_;
    bool first_ = true;
};

void write_client(std::string& out, const Requester& requester) {
    out += '{';
    Members members(out);
    members.text("name", requester.client.name);
    members.text("known_by", requester.known_by);
    members.texts("containers", requester.client.containers);
    members.texts("codecs", requester.client.codecs);
    members.number_or_null("max_bitrate", requester.client.max_bit_rate);
    out += '}';
}

void write_source(std::string& out, const Source& source) {
    out += '{';
    Members members(out);
    members.text("container", source.container);
    members.texts("codecs", source.codecs);
    members.number_or_null("bit_rate", source.bit_rate);
    members.truth("lossless", source.lossless);
    out += '}';
}

void write_choice(std::string& out, const Considered& considered) {
    if (!considered.decision.chosen) {
        out += "null";
        return;
    }
    const Offer& offer = considered.offers[*considered.decision.chosen];
    const Verdict& verdict = considered.decision.verdicts[*considered.decision.chosen];
    out += '{';
    Members members(out);
    members.text("kind", kind_name(offer.kind));
    members.text("delivery", offer.delivery);
    members.text("rendition", offer.rendition);
    members.text("path", offer.path);
    members.text("content_type", offer.content_type);
    members.truth("needs_script", verdict.needs_script);
    members.text("reason", verdict.why);
    out += '}';
}

void write_offer(std::string& out, const Offer& offer, const Verdict& verdict, bool chosen) {
    out += '{';
    Members members(out);
    members.truth("playable", offer.playable);
    members.text("delivery", offer.delivery);
    members.text("rendition", offer.rendition);
    members.text("kind", kind_name(offer.kind));
    members.text("path", offer.path);
    members.text("content_type", offer.content_type);
    members.text("container", offer.container);
    members.text("codecs", offer.codecs);
    members.number_or_null("bit_rate", offer.bit_rate);
    members.truth("adaptive", offer.adaptive);
    members.text("reason", offer.reason);
    members.truth("chosen", chosen);
    members.truth("suits_client", verdict.suits);
    members.text("verdict", verdict.why);
    out += '}';
}

}  // namespace

std::string report(std::string_view item_id, const Considered& considered) {
    std::string out = "{";
    Members members(out);
    members.text("id", item_id);
    write_client(members.begin("client"), considered.requester);
    write_source(members.begin("source"), considered.source);
    write_choice(members.begin("decision"), considered);
    members.begin("offers") += '[';
    for (std::size_t i = 0; i < considered.offers.size(); ++i) {
        if (i > 0) out += ',';
        write_offer(out, considered.offers[i], considered.decision.verdicts[i],
                    considered.decision.chosen == i);
    }
    out += "]}\n";
    return out;
}

}  // namespace consort::stream
