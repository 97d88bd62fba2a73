"""What is given: a war as a folder of data, loaded and checked."""

from kadesh.war.assumptions import draw_assumptions as draw_assumptions
from kadesh.war.folder import bundled_wars as bundled_wars
from kadesh.war.load import check_war as check_war
from kadesh.war.load import load_war as load_war
from kadesh.war.load_yaml import load_yaml as load_yaml
from kadesh.war.model import War as War
from kadesh.war.new import write_new_war as write_new_war
from kadesh.war.yaml_marks import Marks as Marks
