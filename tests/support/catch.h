/// \file The one include of Catch2, whichever of its two layouts the distribution has.
#pragma once

#ifdef MEMLINE_CATCH2_V3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
