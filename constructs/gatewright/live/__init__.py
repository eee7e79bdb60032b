"""A cluster beside what was written for it: before anything is applied, whether it is what is claimed; after it, whether all is in force.

    preflight                     status                    the two questions: each a list of checks, which are functions from
        server                        objects               ``Written`` and ``Reader`` to ``Judgement``
        definitions                   statuses
        controller                    strangers
        gatewayclass, network
        surroundings

    folder                        what was written: the folder of a cluster, with what its target claims
    cluster, api, reader          what is there: a port, an API server behind it, and questions by kind and name that are asked once
    references, attachment        who names whom in manifests, and what hangs on what
    conditions, drift, features   what a controller says, what differs from what was written, what an object needs
    judgement, versions           the values of the answer

Three answers are kept apart everywhere: it is there, it is not there, it may not be read. Of the last, everything that would have been
judged is ``unknown``, so that nobody takes for good what nobody saw.
"""
