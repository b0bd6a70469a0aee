// Figures of this process, from /proc.
#pragma once

#include <string>
#include <vector>

namespace consort::observe {

struct ProcessFigure {
    std::string name, help;
    bool counter = false;
    double value = 0;
};

// Named as Prometheus' client libraries name them (process_…); what cannot be read is left out.
std::vector<ProcessFigure> process_figures();

}  // namespace consort::observe
