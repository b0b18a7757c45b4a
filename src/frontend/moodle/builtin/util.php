<?php
namespace core_external;

class util {
}
