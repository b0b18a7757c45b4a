<?php
namespace core_external;

class external_function_parameters extends external_single_structure {
}
