# The workshop's load balancer, groups and services, as Terraform has them. See terraform.sh.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "port" { type = number }

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "rehearsal"
  secret_key                  = "rehearsal"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  endpoints {
    ec2   = var.endpoint
    ecs   = var.endpoint
    elbv2 = var.endpoint
    sts   = var.endpoint
  }
}

data "aws_vpc" "default" { default = true }

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = data.aws_vpc.default.id
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "demo" {
  name            = "demo"
  subnets         = slice(data.aws_subnets.default.ids, 0, 2)
  security_groups = [aws_security_group.web.id]
  idle_timeout    = 30
  tags            = { team = "forum" }
}

resource "aws_lb_target_group" "each" {
  for_each             = toset(["api", "users"])
  name                 = each.key
  port                 = 80
  protocol             = "HTTP"
  vpc_id               = data.aws_vpc.default.id
  deregistration_delay = 5
  health_check {
    path                = "/"
    interval            = 6
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.demo.arn
  port              = var.port
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.each["api"].arn
  }
}

resource "aws_lb_listener_rule" "users" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 1
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.each["users"].arn
  }
  condition {
    path_pattern { values = ["/api/users*"] }
  }
}

resource "aws_ecs_cluster" "default" { name = "default" }

resource "aws_ecs_task_definition" "each" {
  for_each = toset(["api", "users"])
  family   = each.key
  container_definitions = jsonencode([{
    name         = each.key
    image        = "${each.key}:v1"
    memory       = 128
    essential    = true
    portMappings = [{ containerPort = 3000, hostPort = 0, protocol = "tcp" }]
  }])
}

resource "aws_ecs_service" "each" {
  for_each        = toset(["api", "users"])
  name            = each.key
  cluster         = aws_ecs_cluster.default.id
  task_definition = aws_ecs_task_definition.each[each.key].arn
  desired_count   = 1
  load_balancer {
    target_group_arn = aws_lb_target_group.each[each.key].arn
    container_name   = each.key
    container_port   = 3000
  }
  wait_for_steady_state = true
  depends_on            = [aws_lb_listener_rule.users]
}
