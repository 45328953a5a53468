#!/bin/sh
if ! command -v node >/dev/null 2>&1; then
  {
    echo "heroku-cd needs Node.js 20 or newer, and there is no node on the PATH of this job."
    echo "Images that have it: cimg/node, and the -node variants of the others, such as cimg/ruby:3.4-node,"
    echo "cimg/python:3.13-node, cimg/php:8.4-node, cimg/go:1.24-node and cimg/openjdk:21.0-node."
    echo "In any other image, install it in an earlier step, for instance with the circleci/node orb."
  } >&2
  exit 2
fi
exec node -e "$HEROKU_CD_UNPACK"
